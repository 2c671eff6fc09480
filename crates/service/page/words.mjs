// All words of the page: Japanese, English. What is found in a photo comes from the service.
export const WORDS = {
  title: ["顔写真チェック", "Photo check"],
  lead: [
    "マイナンバーカードの申請に使う顔写真を、申請の前に確認できます。",
    "Check the photo for your My Number Card before you apply.",
  ],
  choose_title: ["写真を選ぶ", "Choose a photo"],
  choose: ["写真を選ぶ", "Choose a photo"],
  camera: ["写真を撮る", "Take a photo"],
  formats: ["JPEG形式、16 MBまで。", "JPEG, up to 16 MB."],
  drop: ["ここに写真をドロップすることもできます。", "You can also drop a photo here."],
  privacy: [
    "写真はこのサービスだけに送られます。確認が終わったあと、写真は保存されません。",
    "Your photo goes to this service only, and is not kept after the check.",
  ],

  checking: ["写真を確認しています", "Checking your photo"],
  checking_next: ["まもなく結果が表示されます。", "The result will be here in a moment."],
  waiting: [
    "ただいま混み合っています。{seconds}秒後にもう一度送ります（{attempt}/{tries}回目）。",
    "The service is busy. Trying again in {seconds} seconds (try {attempt} of {tries}).",
  ],

  accept: ["問題は見つかりませんでした", "No problems were found"],
  accept_next: [
    "この写真を申請にお使いいただけます。ここでは確認だけを行い、写真は提出されていません。申請のときに、同じ写真をお送りください。最終的な判断は、申請の審査で行われます。",
    "You can use this photo. It has only been checked here, not submitted: please send the same file with your application. The final decision is made when your application is examined.",
  ],
  refer: ["担当者が確認する写真です", "A person will look at this photo"],
  refer_next: [
    "自動では判断できない点があるため、申請のあとに担当者が確認します。今していただくことはありません。撮り直していただくこともできます。",
    "Some points cannot be decided automatically, so a person will look at them after you apply. There is nothing you need to do now. You may also take the photo again.",
  ],
  reject: ["この写真は使えません", "This photo cannot be used"],
  reject_next: [
    "お手数ですが、次の点を直した写真をご用意ください。",
    "Please prepare another photo, with the points below put right.",
  ],

  found_title: ["見つかった点（{count}件）", "What was found ({count})"],
  outcome_reject: ["要修正", "Must be changed"],
  outcome_refer: ["担当者が確認", "A person decides"],
  outcome_unable: ["自動では確認できません", "Could not be checked"],
  advice: ["対処方法：", "What to do: "],
  show: ["{number}番を写真で示す", "Show number {number} in the photo"],
  exceptions: [
    "宗教上や医療上の理由でかぶり物などを外せない方、乳幼児、障がいのある方などには例外があります。お住まいの市区町村の窓口にご相談ください。",
    "There are exceptions, such as for coverings worn for religious or medical reasons, for infants, and for people with disabilities. Please ask your municipal office.",
  ],
  another: ["別の写真を選ぶ", "Choose another photo"],

  photo: ["選んだ写真", "The photo that you chose"],
  legend_head: ["頭の輪郭", "Outline of the head"],
  legend_face: ["顔の範囲", "Face"],
  legend_trim: ["カードに印刷される範囲", "The part that is printed"],
  legend_numbers: ["見つかった点の場所（番号順）", "Where each numbered point is"],

  error: ["確認できませんでした", "The photo could not be checked"],
  error_too_large: [
    "ファイルが大きすぎます。16 MBまでの写真をお選びください。",
    "The file is too large. Please choose a photo of up to 16 MB.",
  ],
  error_unreadable: [
    "ファイルを読み込めませんでした。もう一度お選びいただくか、別の写真をお試しください。",
    "The file could not be read. Please choose it again, or try another photo.",
  ],
  error_refused: [
    "このファイルは受け付けられませんでした。別の写真をお試しください。",
    "The service did not take this file. Please try another photo.",
  ],
  error_offline: [
    "サービスに接続できません。通信状態をご確認のうえ、もう一度お試しください。",
    "The service cannot be reached. Please check your connection and try again.",
  ],
  error_slow: [
    "時間内に確認が終わりませんでした。少し待ってから、もう一度お試しください。",
    "The check did not finish in time. Please wait a little and try again.",
  ],
  error_busy: [
    "ただいま大変混み合っています。数分後に、もう一度お試しください。",
    "The service is very busy. Please try again in a few minutes.",
  ],
  error_down: [
    "サービスに問題が起きています。しばらくしてから、もう一度お試しください。",
    "Something is wrong with the service. Please try again later.",
  ],
  retry: ["もう一度試す", "Try again"],
  enquiry: ["お問い合わせ番号：{id}", "Reference for enquiries: {id}"],

  tips_title: ["撮影のポイント", "For a good photo"],
  tip_distance: [
    "近づきすぎないでください。頭全体と肩を入れ、頭の上と左右に余白をとります。",
    "Do not come too close: show the whole head and the shoulders, with space above and beside the head.",
  ],
  tip_wall: [
    "無地の明るい壁の前で撮ります。家具や影が入らないようにしてください。",
    "Stand in front of a plain, light wall, without furniture or shadows.",
  ],
  tip_face: [
    "正面を向き、目を開けて口を閉じます。帽子、マスク、サングラスは外してください。",
    "Face the camera with eyes open and mouth closed, without hat, mask or sunglasses.",
  ],
  tip_light: [
    "顔全体に均一に光が当たる、明るい場所で撮ってください。",
    "Use even light on the whole face.",
  ],
};
