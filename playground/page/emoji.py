"""Emoji short codes as characters: the ones that people and apps really use, by Slack's names."""

from __future__ import annotations

_NAMES = """
smile 😄|smiley 😃|grinning 😀|grin 😁|laughing 😆|satisfied 😆|sweat_smile 😅|joy 😂|rofl 🤣
slightly_smiling_face 🙂|wink 😉|blush 😊|innocent 😇|heart_eyes 😍|star-struck 🤩
kissing_heart 😘|yum 😋|stuck_out_tongue 😛|thinking_face 🤔|thinking 🤔|neutral_face 😐
expressionless 😑|no_mouth 😶|smirk 😏|unamused 😒|face_with_rolling_eyes 🙄|grimacing 😬
relieved 😌|pensive 😔|sleepy 😪|sleeping 😴|mask 😷|sunglasses 😎|nerd_face 🤓|confused 😕
worried 😟|slightly_frowning_face 🙁|open_mouth 😮|astonished 😲|flushed 😳|cry 😢|sob 😭
scream 😱|disappointed 😞|sweat 😓|weary 😩|tired_face 😫|triumph 😤|rage 😡|angry 😠
exploding_head 🤯|partying_face 🥳|hugging_face 🤗|saluting_face 🫡|skull 💀|robot_face 🤖
clap 👏|raised_hands 🙌|wave 👋|hand ✋|raised_hand ✋|ok_hand 👌|v ✌️|crossed_fingers 🤞
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|fist ✊|facepunch 👊|handshake 🤝|pray 🙏|muscle 💪
point_up ☝️|point_right 👉|point_left 👈|point_down 👇|point_up_2 👆|writing_hand ✍️
heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜
broken_heart 💔|sparkling_heart 💖|100 💯|boom 💥|collision 💥|dizzy 💫|zzz 💤|speech_balloon 💬
thought_balloon 💭|eyes 👀|brain 🧠|bust_in_silhouette 👤|busts_in_silhouette 👥
man-shrugging 🤷‍♂️|woman-shrugging 🤷‍♀️|shrug 🤷|raising_hand 🙋|office_worker 🧑‍💼
dog 🐶|cat 🐱|unicorn_face 🦄|bug 🐛|turtle 🐢|snail 🐌|rabbit 🐰|owl 🦉|bee 🐝
seedling 🌱|evergreen_tree 🌲|four_leaf_clover 🍀|sunflower 🌻|rose 🌹|tulip 🌷|herb 🌿
earth_africa 🌍|earth_americas 🌎|globe_with_meridians 🌐|sunny ☀️|cloud ☁️|snowflake ❄️
zap ⚡|fire 🔥|star ⭐|star2 🌟|sparkles ✨|rainbow 🌈|ocean 🌊|droplet 💧|crescent_moon 🌙
sunrise 🌅|apple 🍎|pizza 🍕|coffee ☕|beer 🍺|beers 🍻|champagne 🍾|cake 🍰|birthday 🎂|cookie 🍪
tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|first_place_medal 🥇
second_place_medal 🥈|third_place_medal 🥉|dart 🎯|soccer ⚽|basketball 🏀|rocket 🚀|airplane ✈️
car 🚗|ship 🚢|office 🏢|house 🏠|factory 🏭|hospital 🏥|bank 🏦|school 🏫|tent ⛺
watch ⌚|hourglass ⌛|hourglass_flowing_sand ⏳|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️
clock1 🕐|clock3 🕒|clock9 🕘|calendar 📆|date 📅|spiral_calendar_pad 🗓️|clipboard 📋
phone ☎️|telephone_receiver 📞|iphone 📱|computer 💻|desktop_computer 🖥️|keyboard ⌨️|email 📧
e-mail 📧|envelope ✉️|incoming_envelope 📨|inbox_tray 📥|outbox_tray 📤|mailbox 📫|package 📦
memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|page_with_curl 📃|newspaper 📰|books 📚|book 📖
bookmark 🔖|label 🏷️|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|scissors ✂️|file_folder 📁
open_file_folder 📂|card_index_dividers 🗂️|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|mag 🔍|mag_right 🔎|lock 🔒|unlock 🔓|key 🔑|hammer 🔨|wrench 🔧
hammer_and_wrench 🛠️|gear ⚙️|bulb 💡|flashlight 🔦|battery 🔋|electric_plug 🔌|magnet 🧲
toolbox 🧰|shield 🛡️|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣|satellite_antenna 📡
moneybag 💰|money_with_wings 💸|dollar 💵|euro 💶|credit_card 💳|receipt 🧾|chart 💹|briefcase 💼
shopping_trolley 🛒|gem 💎|crown 👑|mortar_board 🎓|eyeglasses 👓|athletic_shoe 👟|shoe 👞
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
heavy_plus_sign ➕|heavy_minus_sign ➖|question ❓|grey_question ❔|exclamation ❗
heavy_exclamation_mark ❗|grey_exclamation ❕|bangbang ‼️|interrobang ⁉️|warning ⚠️
no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|construction 🚧|sos 🆘|new 🆕
free 🆓|up 🆙|cool 🆒|ok 🆗|information_source ℹ️|recycle ♻️|repeat 🔁
arrows_counterclockwise 🔄|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️
arrow_upper_right ↗️|arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️|arrow_forward ▶️
double_vertical_bar ⏸️|fast_forward ⏩|track_next ⏭️|red_circle 🔴|large_orange_circle 🟠
large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|large_purple_circle 🟣
white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_green_square 🟩|small_blue_diamond 🔹
large_blue_diamond 🔷|small_orange_diamond 🔸|large_orange_diamond 🔶|one 1️⃣|two 2️⃣|three 3️⃣
four 4️⃣|five 5️⃣|checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️
ice_cube 🧊|hot_pepper 🌶️|wastebasket 🗑️|ghost 👻|see_no_evil 🙈|hear_no_evil 🙉
speak_no_evil 🙊|footprints 👣|movie_camera 🎥|camera 📷|microphone 🎤|headphones 🎧|art 🎨
jigsaw 🧩|game_die 🎲|crystal_ball 🔮|compass 🧭|world_map 🗺️|umbrella ☂️|anchor ⚓|ticket 🎟️
"""

EMOJI: dict[str, str] = {
    name: glyph
    for entry in _NAMES.replace("\n", "|").split("|")
    if entry.strip()
    for name, glyph in [entry.strip().split(" ")]
}
"""Short code (without colons) to the characters that draw it."""
